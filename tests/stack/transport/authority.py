"""Certificates as the cluster would get them: made by openssl from the Certificates that are rendered."""
import os
import subprocess


def openssl(*arguments, text=None):
    done = subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"openssl {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


class Authority:
    """An authority of the test's own, in a folder."""

    def __init__(self, folder, name):
        os.makedirs(folder, exist_ok=True)
        self.certificate, self.key, self.folder = os.path.join(folder, "ca.crt"), os.path.join(folder, "ca.key"), folder
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", self.key, "-out", self.certificate)

    def issue(self, spec, folder):
        """The files of the Secret of a Certificate: ca.crt, tls.crt, tls.key, with its names and usages and no other."""
        os.makedirs(folder, exist_ok=True)
        request, extensions = os.path.join(self.folder, "request"), os.path.join(self.folder, "extensions")
        usages = {"server auth": "serverAuth", "client auth": "clientAuth"}
        with open(extensions, "w", encoding="utf-8") as file:
            file.write("basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n")
            file.write("subjectAltName=" + ",".join(f"DNS:{name}" for name in spec["dnsNames"]) + "\n")
            file.write("extendedKeyUsage=" + ",".join(usages[usage] for usage in spec["usages"] if usage in usages) + "\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={spec['commonName']}",
                "-keyout", os.path.join(folder, "tls.key.new"), "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", "1",
                "-extfile", extensions, "-out", os.path.join(folder, "tls.crt.new"))
        for name in ("tls.key", "tls.crt"):
            os.replace(os.path.join(folder, f"{name}.new"), os.path.join(folder, name))
        with open(self.certificate, encoding="utf-8") as source, open(os.path.join(folder, "ca.crt"), "w", encoding="utf-8") as target:
            target.write(source.read())


def serial(path):
    return openssl("x509", "-noout", "-serial", "-in", path).strip()
