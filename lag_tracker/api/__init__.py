"""The public record for programs."""
