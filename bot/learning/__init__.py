"""Getting better with use: what was misunderstood is kept, labelled by people, and becomes examples for the model."""
