"""The licenses and notices of what is linked statically, as one text."""


def text(components):
    """Returns the notices; a license that several components share appears once."""
    shared = {}
    for component in components:
        for path in component.texts:
            shared.setdefault(path.read_text(encoding="utf-8").strip("\n"), []).append(component)
    lines = [
        "wasmpack contains the following software. Each license or notice below names the software that it is for.",
        "",
    ]
    lines += [f"  {component.name} {component.version}  {component.url}" for component in components]
    for body, users in shared.items():
        names = ", ".join(dict.fromkeys(f"{user.name} {user.version}" for user in users))
        lines += ["", "-" * 100, "", f"For {names}:", "", body]
    return "\n".join(lines) + "\n"
