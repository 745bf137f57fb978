using System.Security.Cryptography;

namespace FlashBench.Simulation.Images;

/// <summary>The RSA-2048 key that signs every manifest of a generated image. It is public on purpose.</summary>
/// <remarks>
/// Anybody can sign with it, so it must be trusted by simulated jobs only (rule I7). Source of the layout: reference
/// text me-firmware.md 1.5 (manifest) and 1.8 (signature rules).
/// </remarks>
public static class TestKey
{
    // A key for test images, made for this project and kept nowhere else. It protects nothing.
    private const string PublishedOnPurpose = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCNbKcQ1tg0fwUv
        Zx/Kp3amDBzXb5wsCpTwHj1dAuTv2FC2+5fNh501OE/Gz4uk0HlrONmfjq31rKU5
        63vScr2iSG0H6gi6GNFDAS5dqNPg8BSbDsh0N/dUGSkhYvS6+gXfj3H3LtBENvN0
        3OvdIcXIpsE5Nk4H3Vq/9bVN92QFDC10rR4zGBFAPZlWLQBscGilnfWjbGHz9B9j
        L44skdVSGTuPMlS0r4L2hNK5AGz+6jdc2ArWVic83NINp7l5eXaZdsLKtXUe8oTr
        xmJVEEzdSw3KgHrCN1m/1k4LS9nWpHW6vHNq1nBhyZYsUnZN5bQ3Ngvg9xV6ydDh
        Ei6Zk9F5AgMBAAECggEACvnNAH1QE8js39guyzVSe8ISZfTrR669juIl7IdKOcQN
        xZnClwionoYDiQA4C/9DARuNJjk2TowK2bMpLbTKe2MIFTZoXXsKGJtpnAq7gOhZ
        DQypaX2jdBMs0kLCEBXR6V8SXvby4mxqWh5ALu4NUcyBT/2jMjCPd7jrzIR/7nU9
        MNQqVunT21WgVC2ehpOeJkYOcSDG6lPLXpDcCYeJyP4BGilFsJYjurYPv8H2iu3n
        M90n8Nr8tywWggO1rT4C1wNrwbNB2sFvs8jnGPHzK3PtCRFsX6XEPwmal/NT01/9
        /iNdIoI6aF2YlB3p+WiCq03iXhPLNTlmavp1sNWWNQKBgQDD6EP1OebBvUfMqSED
        wT9lnUxQTmuSJ1nVNoACWw4r0ueBBFkIbxXJ6pakFVlzouqIxOFLpmH+zwn6CvIG
        s/XMIaQV35ljRGk2prm9C+BahxsuHKQcfal0yjym/G7eTtjzT26WqaSpPEqorLI7
        fdQUBq909v/7bgVGnQp0r+HnbQKBgQC4zhah9Fb7oCDWaZRmqFcqHt6qJFvsMZU1
        e46CwG95zlOPOTrF3jPSpdfJWwzxlqnFiA21O8981wbj7x6n1uHFBE+cSkyGHpH9
        dqid/tURG1tfoqoAa64f6GIRLgw3tFkGHkdRauUaBo3d0nJ8dFCWPur+JXY88QRU
        FvbYDzQOvQKBgAi81EMcuQENGyWyqWlMdjJnCJ9QUBXtsWEEFEOGoiQsPO0RL5Nj
        uPoPf3aECUBSFNnSxiWknxxJSa2gTVklL6JSIcpj9ahqxbKNTx1yaShAfGLbHiqz
        JBq0Zm4gNiWuKJj5gvovSMvPh5jsUuq6Wvolri+uUI57Qrr6iBvaOF4lAoGAFL+e
        ruQ999ZMmYYVEUmJL8NzgGrAn04Z0H1kzK1KVsShgQ0N2jVOYDIafhLo6x7dRL43
        u8dRTlTeAy1PpcxsYLBRN9znpo88GNb/q213AoqtwZkDuTRdwltW11LyMDbhX9x6
        aVu1CSz/NI5yKCLvAU9jFtGh6smskLxbTnq2f4kCgYAKlJFULMdNzesvu9rVuVx/
        wkNTzEqKavby5JgdQt3+aAgZHMorYHOcWlkZpPs0duHHmiUMe8KL/saGXwsj1IKV
        kfNLh4nldHl75UM6VL86marOUWhEe4ZX2+SZO+9N8IBBFk2EkkdMcEKXoRnx+0LN
        6IRiu1C3Wfk25842bCJdCg==
        -----END PRIVATE KEY-----
        """;

    private static readonly Lazy<RSAParameters> Parameters = new(Read);

    /// <summary>SHA-256 in lower-case hex of the 0x104 bytes that a manifest stores at +0x80.</summary>
    public static string FingerprintSha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(StoredKey()));

    /// <summary>Modulus (256 bytes) and exponent (4 bytes), little-endian, as a manifest stores them.</summary>
    public static byte[] StoredKey()
    {
        var stored = new byte[0x104];
        Parameters.Value.Modulus!.CopyTo(stored, 0);
        Parameters.Value.Exponent!.CopyTo(stored, 0x104 - Parameters.Value.Exponent!.Length);
        stored.AsSpan(0, 0x100).Reverse();
        stored.AsSpan(0x100).Reverse();
        return stored;
    }

    /// <summary>Signs with PKCS#1 v1.5 and SHA-256.</summary>
    /// <returns>256 bytes, little-endian as a manifest stores them at +0x184.</returns>
    public static byte[] Sign(ReadOnlySpan<byte> message)
    {
        using var rsa = RSA.Create(Parameters.Value);
        byte[] signature = rsa.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        signature.AsSpan().Reverse();
        return signature;
    }

    private static RSAParameters Read()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(PublishedOnPurpose);
        return rsa.ExportParameters(includePrivateParameters: true);
    }
}
