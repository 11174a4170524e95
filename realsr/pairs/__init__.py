"""LR/HR pairs on disk: made, resumed, replayed from their traces and verified.

A folder of pairs holds `hr/KEY.png`, `lr/KEY.png`, `manifest.jsonl` (a header line, then one line a pair in
key order), `pipeline.yaml` (resolved) and `failures.jsonl` (one line per failed source; empty if none failed).
"""
