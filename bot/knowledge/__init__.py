"""The articles as people at the desk edit them: files of data/knowledge, live at once, without training."""
