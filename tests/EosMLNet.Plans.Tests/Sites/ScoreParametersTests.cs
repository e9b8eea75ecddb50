namespace EosMLNet.Tests.Sites;

public sealed class ScoreParametersTests
{
    public static TheoryData<ScoreParameters, string> Fingerprints => new()
    {
        // By Python: hashlib.sha256(struct.pack('<2f', 1, -2.5)).hexdigest().
        { new(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { new() { Probe = [1, -2.5f] }, "48943f7a0ea247f8e3c9386d0c5822fe181d323a9289980426638cc4e72a43e1" },
        { new() { Relevance = new(1, [0.5f], [3]) }, "0d9bb94748ee8c90a410fa3ecb33d3c55df2957f4fce4a2cee69ce943a8f7ffa" },
        { new() { Probe = [1, -2.5f], Relevance = new(1, [0.5f], [3]) }, "a828a328a80d2cfd2828bf17d8d9cb1f6d3429ed89ec4e929fcd1c3f55d11be4" },
    };

    [Theory]
    [MemberData(nameof(Fingerprints))]
    public void The_fingerprint_is_the_hash_of_the_numbers_in_their_order(ScoreParameters parameters, string hash) =>
        Assert.Equal("sha256:" + hash, parameters.Fingerprint);
}
