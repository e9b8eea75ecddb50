using EosMLNet.LibTorch;

namespace EosMLNet.Tests.LibTorch;

public sealed class CompatibilityCopyTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("eos-cache-");
    private readonly byte[] bytes = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 31))];

    public void Dispose() => root.Delete(recursive: true);

    private string Store() => CompatibilityCopy.Store(bytes, "0123", root.FullName);

    [Fact]
    public void A_copy_with_other_bytes_is_replaced()
    {
        var copy = Store();
        File.WriteAllText(copy, "cut sho");
        Assert.Equal(copy, Store());
        Assert.Equal(bytes, File.ReadAllBytes(copy));
    }

    [Fact]
    public async Task Processes_that_start_at_once_each_find_a_whole_copy()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Assert.Equal(bytes, File.ReadAllBytes(Store())))));
        Assert.Single(root.GetFiles());
    }

    [Fact]
    public void A_file_that_is_not_known_is_not_adjusted()
    {
        var unknown = Path.Combine(root.FullName, "libLibTorchSharp.so");
        File.WriteAllBytes(unknown, bytes);
        Assert.Equal(0, CompatibilityCopy.Load(unknown));
    }
}
