using EosMLNet.LibTorch;

namespace Gpu.Tests.Kit;

/// <summary>
/// The kit, packed by its script once for all tests and unpacked; and a folder with the libtorch that stands for a machine's own. Packed fast: that
/// the kit which is sent away has at most 40 MB is checked by the script, whenever it packs one.
/// </summary>
public sealed class PackedKit : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public PackedKit()
    {
        if (!OperatingSystem.IsLinux())
            return; // the kit is for Linux
        var packed = ProcessRun.Of(Repository.At("build", "gpu.sh"), "pack-fast", File);
        Assert.True(packed.ExitCode == 0, packed.Output);
        var unpacked = ProcessRun.Of("tar", "-C", folder.Path, "-xzf", File);
        Assert.True(unpacked.ExitCode == 0, unpacked.Output);
        var inner = ProcessRun.Of(Outer("unpack.sh"));
        Assert.True(inner.ExitCode == 0, inner.Output);
    }

    /// <summary>The packed file.</summary>
    internal string File => folder["out/kit.tar.gz"];

    /// <summary>The path of a file that the packed file holds itself: the scripts, and the rest once more packed.</summary>
    internal string Outer(string name) => Path.Combine(folder.Path, "eos-gpu", name);

    /// <summary>The path of a file of the unpacked kit.</summary>
    internal string this[string name] => Path.Combine(folder.Path, "eos-gpu", "kit", name);

    /// <summary>A libtorch outside of the kit.</summary>
    internal static string LibTorch { get; } = Path.GetDirectoryName(LoadedLibraries.Find("torch_cpu"))!;

    public void Dispose() => folder.Dispose();
}
