using EosMLNet.Tensors;
using EosMLNet.Tests.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class SafetensorsTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(2_000_000)]
    public void A_truncated_checkpoint_is_refused(int missing)
    {
        var whole = File.ReadAllBytes(Path.Combine(GoldenFiles.TinyLlava, "model.safetensors"));
        Expect.Error(EosErrors.SafetensorsLayout, () => Open(whole[..^missing]));
    }

    [Fact]
    public void Padding_holes_scalars_and_empty_tensors_are_legal()
    {
        var header = """{"hole":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},"one":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}     """;
        var bytes = SafetensorsBytes.Make(header, 9);
        BitConverter.GetBytes(1.5f).CopyTo(bytes, bytes.Length - 9);
        bytes[^1] = 7;
        using var scope = NewDisposeScope();
        using var file = Open(bytes);
        Assert.Equal(1.5f, file.Read("one").item<float>());
        Assert.Equal([0, 3], file.Read("none").shape);
        Assert.Equal(7, file.Read("hole").item<byte>());
    }

    [Fact]
    public void Reading_converts_to_the_type_asked_for()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_folder["a.safetensors"], [new("x", tensor(new[] { 1f, -2.5f, 1e-3f }))]);
        using var file = SafetensorsFile.Open(_folder["a.safetensors"]);
        Assert.Equal(ScalarType.BFloat16, file.Read("x", ScalarType.BFloat16).dtype);
        Assert.Equal(-2.5, file.Read("x", ScalarType.Float64)[1].item<double>());
    }

    [Fact]
    public void Reading_leaves_one_tensor_and_no_other()
    {
        using var file = SafetensorsFile.Open(Path.Combine(GoldenFiles.TinyLlavaSharded, "model-00001-of-00002.safetensors"));
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        var before = statistics.ThreadTotalLiveCount;
        var tensor = file.Read(file.Entries.Keys.First(), ScalarType.Float32);
        Assert.Equal(before + 1, statistics.ThreadTotalLiveCount);
        tensor.Dispose();
        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Many_threads_read_one_file()
    {
        using var file = SafetensorsFile.Open(Path.Combine(GoldenFiles.TinyLlava, "model.safetensors"));
        var names = file.Entries.Keys.ToArray();
        double Sum(string name)
        {
            using var scope = NewDisposeScope();
            return file.Read(name, ScalarType.Float64).sum().item<double>();
        }
        var expected = names.Select(Sum).ToArray();
        Assert.Equal(expected, names.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(Sum));
    }

    private SafetensorsFile Open(byte[] content)
    {
        File.WriteAllBytes(_folder["bad.safetensors"], content);
        return SafetensorsFile.Open(_folder["bad.safetensors"]);
    }
}
