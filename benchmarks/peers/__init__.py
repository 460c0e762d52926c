"""What others have written for the same job, installed on demand and measured in the same run."""
