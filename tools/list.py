#!/usr/bin/env python3
"""Writes the registry of a folder: list.py OUT LAYER MEMBER ROW..."""
import sys

out, layer, member, *rows = sys.argv[1:]
with open(out, "w") as f:
    f.write(f"/* made by tools/list.py from src/{layer}/meson.build */\n")
    f.write(f'#include "{layer}/{member}.h"\n\n')
    names = [row.removeprefix("cmd_").removeprefix(f"{member}_") for row in rows]
    for name in names:
        f.write(f"extern const struct {member} {member}_{name};\n")
    f.write(f"\nconst struct {member} *const {member}_list[] = {{\n")
    for name in names:
        f.write(f"\t&{member}_{name},\n")
    f.write("\tNULL,\n};\n")
