"""The desk over HTTP and WebSocket, further parties of its call, and calls that agents make."""
