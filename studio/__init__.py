"""The FaceSwap API served by us: server/ speaks HTTP, engine/ makes pictures."""
