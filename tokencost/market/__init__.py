"""What others list about prices: files and addresses of maintained sources, read into plain quotes."""
