"""What apps ask (endpoints) and what people see (activate)."""
