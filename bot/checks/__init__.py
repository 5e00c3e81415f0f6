"""What `faceswap-bot doctor` looks at: one module for each subject, findings instead of errors."""
