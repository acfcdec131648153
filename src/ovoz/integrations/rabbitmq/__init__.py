"""RabbitMQ: where BI, data warehouses and partners hear what happens."""
