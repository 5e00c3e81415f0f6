"""What organisers and guests can do with community events; knows no Discord."""
