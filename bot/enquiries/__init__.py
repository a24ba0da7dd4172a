"""What a customer asks: orders, refunds, benefits, warranty, and questions answered from the knowledge base."""
