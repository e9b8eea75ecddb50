namespace EosMLNet.Tool.Tests.Cluster;

/// <summary>What the commands of a cluster say without one. With one: tests/EosMLNet.Cluster.Tests and samples/Cluster/faults.sh.</summary>
public sealed class ClusterCommandTests : IDisposable
{
    // Nothing listens at port 1.
    private static readonly string[] Nowhere = ["--redis", "localhost:1,connectTimeout=200,connectRetry=1"];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Help_lists_what_there_is()
    {
        var run = await EosRun.Of("cluster", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.All(["silo", "submit", "status", "cancel"], name => Assert.Contains($"\n  {name}", run.Output));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("status", "search-00000000")]
    [InlineData("cancel", "search-00000000")]
    public async Task Where_nothing_answers_the_environment_is_at_fault(params string[] command)
    {
        var run = await EosRun.Of(["cluster", .. command, .. Nowhere]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("error EOS2015: Redis cannot be reached.", run.Error);
    }

    [Fact]
    public async Task A_silo_without_Redis_does_not_start()
    {
        var run = await EosRun.Of(["cluster", "silo", "--shared", folder.Path, "--devices", "cpu", .. Nowhere]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("error EOS2015: Redis cannot be reached.", run.Error);
    }

    [Theory]
    [InlineData("EOS1001", "submit", "none.json")]
    [InlineData("EOS1001", "silo", "--shared", "none")]
    [InlineData("EOS1013", "silo", "--shared", ".", "--port", "5", "--gateway-port", "5")]
    [InlineData("EOS1013", "silo", "--shared", ".", "--lease", "1")]
    [InlineData("EOS1013", "silo", "--shared", ".", "--address", "here")]
    [InlineData("EOS1013", "silo", "--shared", ".", "--redis", "")]
    [InlineData("EOS1013", "status", "--certificate", "silo.pem")]
    [InlineData("EOS1013", "statsu")]
    public async Task What_is_wrong_whatever_the_cluster_is_said_at_once(string code, params string[] command)
    {
        var run = await EosRun.Of(["cluster", .. command]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"eos : error {code}: ", run.Error);
    }

    [Fact]
    public async Task A_password_of_Redis_is_in_no_message()
    {
        var run = await EosRun.Of("cluster", "status", "--verbose", "--redis", "localhost:1,connectTimeout=200,connectRetry=1,password=geheim");
        Assert.Equal(3, run.ExitCode);
        Assert.DoesNotContain("geheim", run.Output + run.Error);
    }
}
