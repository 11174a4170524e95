"""How everything that people write is read: strict records, YAML that knows its lines, faults as sentences."""
