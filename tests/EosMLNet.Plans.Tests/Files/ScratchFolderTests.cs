using System.Diagnostics;
using EosMLNet.Tests;

namespace EosMLNet.Plans.Tests.Files;

public sealed class ScratchFolderTests : IDisposable
{
    private readonly TemporaryFolder parent = new();

    public void Dispose() => parent.Dispose();

    [Fact]
    public void It_goes_with_all_that_is_in_it()
    {
        string path;
        using (var folder = Made())
        {
            path = folder.Path;
            Directory.CreateDirectory(folder["inside"]);
            File.WriteAllText(folder["inside/a"], "");
            File.WriteAllText(folder["b"], "");
            Assert.Equal([folder["b"], folder["inside/a"]], folder.Files.Order());
        }
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void The_next_one_removes_what_killed_processes_left()
    {
        var left = Directory.CreateDirectory(parent["~x-left"]).FullName;
        File.WriteAllText(Path.Combine(left, ".lock"), "");
        Directory.CreateDirectory(Path.Combine(left, "inside"));
        var early = Directory.CreateDirectory(parent["~x-early"]).FullName; // killed before it had a lock
        Directory.SetLastWriteTimeUtc(early, DateTime.UtcNow.AddMinutes(-2));
        using var folder = Made();
        Assert.Equal([folder.Path], Directory.GetDirectories(parent.Path));
    }

    [Fact]
    public void What_is_in_use_or_of_somebody_else_stays()
    {
        using var mine = Made();
        var used = Directory.CreateDirectory(parent["~x-used"]).FullName; // of another process
        using var held = new FileStream(Path.Combine(used, ".lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        var older = Directory.CreateDirectory(parent["~x-older"]).FullName; // of a version without locks
        File.WriteAllText(Path.Combine(older, "weights"), "");
        Directory.SetLastWriteTimeUtc(older, DateTime.UtcNow.AddDays(-1));
        Directory.CreateDirectory(parent["~x-young"]); // about to get its lock
        Directory.CreateDirectory(parent["other"]);
        List<string> expected = ["other", "~x-older", "~x-used", "~x-young", Path.GetFileName(mine.Path)];
        if (Environment.IsPrivilegedProcess && OperatingSystem.IsLinux())
        {
            var others = Directory.CreateDirectory(parent["~x-others"]).FullName;
            File.WriteAllText(Path.Combine(others, ".lock"), "");
            Process.Start("chown", ["-R", "65534", others]).WaitForExit();
            expected.Add("~x-others");
        }
        using var folder = Made();
        Assert.Equal(expected.Append(Path.GetFileName(folder.Path)).Order(), Directory.GetDirectories(parent.Path).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public void Where_none_can_be_made_it_is_said() => Assert.Equal(EosErrors.CannotWrite,
        Assert.Throws<EosException>(() => new ScratchFolder(parent.Write("file", ""), "~x-")).Code);

    private ScratchFolder Made() => new(parent.Path, "~x-");
}
