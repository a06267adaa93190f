#!/usr/bin/env python3
"""Puts files into the program: embed.py OUT.c OUT.d FOLDER...

Each file below the folders becomes a row of asset_list (base/asset.h), named by its path below its
folder.  The assembler reads the bytes (.incbin), so this takes no time however large they are.
"""
import hashlib
import os
import sys

out, dep, *folders = sys.argv[1:]
files = {}
watched = []
for folder in folders:
    for root, dirs, names in os.walk(folder):
        dirs.sort()
        watched.append(root)
        for name in sorted(names):
            path = os.path.join(root, name)
            files[os.path.relpath(path, folder)] = path

with open(out, "w") as f:
    f.write('/* made by tools/embed.py */\n#include "base/asset.h"\n\n')
    rows = []
    for i, name in enumerate(sorted(files)):
        path = files[name]
        with open(path, "rb") as g:
            data = g.read()
        f.write(
            f'__asm__(".section .rodata\\n.global asset_{i}\\nasset_{i}:\\n'
            f'.incbin \\"{path}\\"\\n.byte 0\\n.previous\\n");\n'
            f"extern const unsigned char asset_{i}[];\n"
        )
        digest = hashlib.sha256(data).hexdigest()
        rows.append(f'\t{{"{name}", asset_{i}, {len(data)}, "{digest}"}},\n')
    f.write("\nconst struct asset asset_list[] = {\n" + "".join(rows) + "\t{0},\n};\n")
    f.write(f"const size_t asset_count = {len(rows)};\n")
with open(dep, "w") as f:
    f.write(f"{out}: " + " ".join(sorted(files.values()) + watched) + "\n")
