"""Sound in other formats, by ffmpeg as a process of its own."""
