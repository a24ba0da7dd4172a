"""What a person at the desk looks at: lists, a conversation, its brief, its customer. Only reads."""
