"""What we wrote beside what the API server keeps."""


def differences(written, kept, path=""):
    """Every field of ours that is not there with the value that we wrote.

    There is no list of values that mean the same (`1000m` and `1`, `1024Mi` and `1Gi`): the stack is written as the
    server keeps it, so that nothing which compares text, Argo CD's classic diff or a person, sees a difference.
    What the server adds, such as defaults, is not looked at.
    """
    if isinstance(written, dict) and isinstance(kept, dict):
        for key, value in written.items():
            if key in kept:
                yield from differences(value, kept[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}: not kept, we wrote {short(value)}"
    elif isinstance(written, list) and isinstance(kept, list) and len(written) == len(kept):
        for index, (ours, theirs) in enumerate(zip(written, kept)):
            yield from differences(ours, theirs, f"{path}[{index}]")
    elif type(written) is not type(kept) or written != kept:
        yield f"{path}: {short(kept)} is kept, we wrote {short(written)}"


def short(value):
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
