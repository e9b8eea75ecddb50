namespace EosMLNet.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(-2)]
    [InlineData(2)] // the clock has jumped
    [InlineData(60 * 24 * 365)]
    public void What_a_killed_process_left_goes_with_the_next_writing_of_the_same_file(int minutes)
    {
        var left = Left("plan.json", minutes);
        AtomicFile.WriteText(folder["plan.json"], "whole");
        Assert.False(File.Exists(left));
        Assert.Equal("whole", File.ReadAllText(folder["plan.json"]));
    }

    [Fact]
    public void What_is_hidden_goes_as_well()
    {
        var left = Left(".plan.json", -2);
        AtomicFile.WriteText(folder[".plan.json"], "whole");
        Assert.False(File.Exists(left));
    }

    [Fact]
    public void A_folder_that_is_missing_is_made()
    {
        AtomicFile.WriteText(folder["new/one/plan.json"], "whole");
        Assert.Equal("whole", File.ReadAllText(folder["new/one/plan.json"]));
    }

    [Fact]
    public void Nothing_else_goes()
    {
        string[] others = [Left("other.json", -2), Left("plan.json.old", -2), Left("plan.json", 0), folder.Write("plan.json.mine.tmp", ""), folder.Write("x.tmp", "")];
        foreach (var file in others[3..])
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        AtomicFile.WriteText(folder["plan.json"], "whole");
        Assert.All(others, file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public void What_somebody_still_writes_stays()
    {
        var left = Left("plan.json", -2);
        using (new FileStream(left, FileMode.Open, FileAccess.Write, FileShare.None))
            AtomicFile.WriteText(folder["plan.json"], "whole");
        Assert.True(File.Exists(left));
    }

    [Fact]
    public void Where_one_of_several_cannot_be_written_all_stay_as_they_were()
    {
        folder.Write("a", "old");
        var e = Assert.Throws<EosException>(() => AtomicFile.WriteTogether(
            (folder["a"], stream => stream.WriteByte(1)), (folder["b"], _ => throw new IOException("no room"))));
        Assert.Equal(EosErrors.CannotWrite, e.Code);
        Assert.Contains($"'{folder["b"]}' cannot be written: no room", e.Message);
        Assert.Equal([folder["a"]], Directory.GetFiles(folder.Path));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void Whether_a_file_can_be_written_is_found_out_without_writing_it()
    {
        folder.Write("a", "old");
        AtomicFile.CheckWritable(folder["a"]);
        AtomicFile.CheckWritable(folder["b"]);
        Assert.Equal([folder["a"]], Directory.GetFiles(folder.Path));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        var inFile = Path.Combine(folder["a"], "c");
        Expect.Error(EosErrors.CannotWrite, () => AtomicFile.CheckWritable(inFile), $"'{inFile}' cannot be written: ");
        Expect.Error(EosErrors.CannotWrite, () => AtomicFile.CheckWritable(folder.Path), $"'{folder.Path}' cannot be written: It is a " +
            "folder; expected the name of a file. Check that the folder is writable and has room.");
    }

    private string Left(string name, int minutes)
    {
        var path = folder.Write($"{name}.{Guid.NewGuid():N}.tmp", "half");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(minutes));
        return path;
    }
}
