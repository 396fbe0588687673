"""Stage 5: hold, alert or act. One abstract class, one rule a file, all arithmetic in integers."""
