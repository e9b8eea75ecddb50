using System.Diagnostics;

namespace EosMLNet.Tests.Files;

// Alone, since one of them moves the system's temporary files.
[CollectionDefinition(nameof(ScratchFolderTests), DisableParallelization = true)]
[Collection(nameof(ScratchFolderTests))]
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
        Directory.CreateDirectory(Path.Combine(Left("~x-left"), "inside"));
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
            Process.Start("chown", ["-R", "65534", Left("~x-others")]).WaitForExit();
            expected.Add("~x-others");
        }
        using var folder = Made();
        Assert.Equal(expected.Append(Path.GetFileName(folder.Path)).Order(), Directory.GetDirectories(parent.Path).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public void Where_none_can_be_made_it_is_said_and_the_process_lives_on()
    {
        var file = parent.Write("file", "");
        Expect.Error(EosErrors.CannotWrite, () => new ScratchFolder(file, "~x-"),
            $"No folder for temporary files can be made in '{file}': ", " Check that it is writable and has room.");
        GC.Collect();
        GC.WaitForPendingFinalizers(); // of the one that was not made
    }

    [Fact]
    public void To_dispose_it_again_does_nothing()
    {
        var folder = Made();
        folder.Dispose();
        folder.Dispose();
        Assert.Empty(Directory.GetDirectories(parent.Path));
    }

    [Fact]
    public void Names_that_are_hidden_are_no_reason_to_stay()
    {
        Left(".x-left");
        using var folder = new ScratchFolder(parent.Path, ".x-");
        Assert.Equal([folder.Path], Directory.GetDirectories(parent.Path));
    }

    [Fact]
    public void Among_the_system_s_temporary_files_only_its_own_kind_is_removed_and_nobody_else_enters()
    {
        var variable = OperatingSystem.IsWindows() ? "TMP" : "TMPDIR";
        var before = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, parent.Path);
        try
        {
            var (ours, others) = (Left("eosmlnet-left"), Left("left"));
            using var folder = new ScratchFolder();
            Assert.StartsWith(parent["eosmlnet-"], folder.Path, StringComparison.Ordinal);
            Assert.Equal((false, true), (Directory.Exists(ours), Directory.Exists(others)));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Path));
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
    }

    private string Left(string name)
    {
        var left = Directory.CreateDirectory(parent[name]).FullName;
        File.WriteAllText(Path.Combine(left, ".lock"), "");
        return left;
    }

    private ScratchFolder Made() => new(parent.Path, "~x-");
}
