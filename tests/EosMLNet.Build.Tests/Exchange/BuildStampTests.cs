using EosMLNet.Build.Exchange;

namespace EosMLNet.Build.Tests.Exchange;

public sealed class BuildStampTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public BuildStampTests()
    {
        folder.Write("config.json", "{}");
        folder.Write("a\tb.tsv", "rows");
    }

    [Fact]
    public void It_reads_back_and_holds_until_a_byte_differs()
    {
        var stamp = Written();
        Assert.True(stamp.Holds("request", out var refreshed));
        Assert.Null(refreshed);
        Assert.False(stamp.Holds("another request", out _));

        folder.Write("a\tb.tsv", "ROWS"); // as long as before
        File.SetLastWriteTimeUtc(folder["a\tb.tsv"], DateTime.UtcNow.AddSeconds(5));
        Assert.False(stamp.Holds("request", out _));
    }

    [Fact]
    public void A_touched_file_is_read_once_and_then_known_again()
    {
        var stamp = Written();
        File.SetLastWriteTimeUtc(folder["a\tb.tsv"], DateTime.UtcNow.AddSeconds(5));
        Assert.True(stamp.Holds("request", out var refreshed));
        Assert.True(refreshed!.Holds("request", out var again));
        Assert.Null(again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("eos-stamp 2\nrequest\n/\nlisting\n")]
    [InlineData("eos-stamp 1\nrequest\n/\nlisting\n1\t2\thash")]
    [InlineData("eos-stamp 1\nrequest\n/\nlisting\nnot a file\n")]
    public void What_is_no_stamp_counts_as_none(string text) => Assert.Null(BuildStamp.TryRead(folder.Write("x.stamp", text)));

    [Fact]
    public void A_missing_file_or_a_new_one_in_the_model_ends_it()
    {
        var stamp = Written();
        folder.Write("tokenizer.model", "");
        Assert.False(stamp.Holds("request", out _));
        File.Delete(folder["tokenizer.model"]);
        Assert.True(stamp.Holds("request", out _));
        File.Delete(folder["a\tb.tsv"]);
        Assert.False(stamp.Holds("request", out _));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("back\\slash \\n and\nline\r\tend=;'\"")]
    public void A_request_reads_back(string value)
    {
        var request = new BuildRequest();
        request.Add(BuildRequest.OptionPrefix + "Steps", value);
        Assert.Equal([KeyValuePair.Create("Steps", value)], BuildRequest.Parse(request.ToText()).Options);
    }

    private BuildStamp Written()
    {
        var stamp = BuildStamp.Of("request", [StampedFile.Of(folder["a\tb.tsv"]), StampedFile.Of(folder["config.json"])], folder.Path);
        return BuildStamp.TryRead(folder.Write("x.stamp", stamp.ToText()))!;
    }

    public void Dispose() => folder.Dispose();
}
