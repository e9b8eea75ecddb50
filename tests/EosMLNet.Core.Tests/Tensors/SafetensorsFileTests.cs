using EosMLNet.Tensors;
using EosMLNet.Tests.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, int, string> BadHeaders => new()
    {
        { "not JSON", "{\"a\":", 0, EosErrors.SafetensorsHeader },
        { "empty", "", 0, EosErrors.SafetensorsHeader },
        { "a list", "[]", 0, EosErrors.SafetensorsHeader },
        { "a number for a tensor", "{\"a\":1}", 0, EosErrors.SafetensorsHeader },
        { "no dtype", """{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsHeader },
        { "no shape", """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsHeader },
        { "no offsets", """{"a":{"dtype":"F32","shape":[1]}}""", 4, EosErrors.SafetensorsHeader },
        { "one offset", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, EosErrors.SafetensorsHeader },
        { "three offsets", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, EosErrors.SafetensorsHeader },
        { "offsets that are no list", """{"a":{"dtype":"F32","shape":[1],"data_offsets":{}}}""", 4, EosErrors.SafetensorsHeader },
        { "a fractional size", """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsHeader },
        { "a size beyond 64 bits", """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsHeader },
        { "a name twice", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, EosErrors.SafetensorsHeader },
        { "a key twice", """{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}""", 1, EosErrors.SafetensorsHeader },
        { "metadata that is no text", """{"__metadata__":{"format":1}}""", 0, EosErrors.SafetensorsHeader },
        { "deep JSON", "{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}", 0, EosErrors.SafetensorsHeader },
        { "a name that is no Unicode", """{"a\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, EosErrors.SafetensorsHeader },
        { "a negative size", """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsLayout },
        { "two negative sizes", """{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsLayout },
        { "a product beyond 64 bits", """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, EosErrors.SafetensorsLayout },
        { "offsets beyond the file", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, EosErrors.SafetensorsLayout },
        { "a negative offset", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, EosErrors.SafetensorsLayout },
        { "offsets in the wrong order", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, EosErrors.SafetensorsLayout },
        { "fewer bytes than the shape needs", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 8, EosErrors.SafetensorsLayout },
        { "more bytes than the shape needs", """{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", 8, EosErrors.SafetensorsLayout },
        { "overlapping tensors", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, EosErrors.SafetensorsLayout },
        { "one place for two tensors", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, EosErrors.SafetensorsLayout },
        { "an unknown type", """{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, EosErrors.UnsupportedDataType },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void A_bad_header_is_refused(string what, string header, int dataBytes, string code)
    {
        Assert.NotEmpty(what);
        Expect.Error(code, () => Open(SafetensorsBytes.Make(header, dataBytes)), "bad.safetensors");
    }

    [Fact]
    public void A_file_shorter_than_its_announced_header_is_refused() =>
        Expect.Error(EosErrors.SafetensorsHeader, () => Open(SafetensorsBytes.Make("{}", 0, announced: 3)), "3 bytes", "10 bytes");

    [Fact]
    public void A_header_of_more_than_100_megabytes_is_refused_before_it_is_read() =>
        Expect.Error(EosErrors.SafetensorsHeader, () => Open(SafetensorsBytes.Make("{}", 0, announced: ulong.MaxValue)), "18446744073709551615");

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_without_room_for_the_length_is_refused(int length) =>
        Expect.Error(EosErrors.SafetensorsHeader, () => Open(new byte[length]), $"{length} bytes");

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
    public void A_file_that_shrinks_while_it_is_open_is_noticed()
    {
        File.WriteAllBytes(_folder["a.safetensors"], SafetensorsBytes.Make("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4));
        using var file = SafetensorsFile.Open(_folder["a.safetensors"]);
        using (var stream = new FileStream(_folder["a.safetensors"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(stream.Length - 1);
        Expect.Error(EosErrors.SafetensorsHeader, () => file.Read("a"), "truncated");
    }

    [Fact]
    public void A_missing_file_is_named() => Expect.Error(EosErrors.FileMissing, () => SafetensorsFile.Open(_folder["none.safetensors"]), "none.safetensors");

    [Fact]
    public void A_missing_tensor_is_named()
    {
        using var file = Open(SafetensorsBytes.Make("{}", 0));
        Expect.Error(EosErrors.MissingTensor, () => file.Read("w"), "'w'");
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
