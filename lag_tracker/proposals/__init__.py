"""What members and the public would like a group to take up, and what its managers answer."""
