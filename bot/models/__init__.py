"""The models of nlu: which one is active, whether another is better, how one takes over from the other."""
