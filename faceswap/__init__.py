"""The FaceSwap HTTP API: its vocabulary, its errors and a typed asynchronous client."""
