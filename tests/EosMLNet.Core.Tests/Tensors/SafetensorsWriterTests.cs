using EosMLNet.Tensors;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly ScalarType[] Types =
        [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 60)]
    public void Any_tensors_are_read_back_as_they_were_written(Dictionary<string, byte[]> content)
    {
        using var scope = NewDisposeScope();
        var tensors = content.Where(c => c.Key is not null && c.Key != "__metadata__" && IsUnicode(c.Key)).Select(c => KeyValuePair.Create(c.Key, MakeTensor(c.Value ?? []))).ToList();
        SafetensorsWriter.Write(_folder["x.safetensors"], tensors);

        using var file = SafetensorsFile.Open(_folder["x.safetensors"]);
        Assert.Equal(tensors.Select(t => t.Key).Order(StringComparer.Ordinal), file.Entries.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, expected) in tensors)
        {
            var actual = file.Read(name);
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            Assert.True(expected.numel() == 0 || expected.bytes.SequenceEqual(actual.bytes));
        }
    }

    [Fact]
    public void Same_tensors_in_another_order_give_the_same_bytes()
    {
        using var scope = NewDisposeScope();
        KeyValuePair<string, Tensor>[] tensors = [new("b", ones(3)), new("a", zeros(2, 2)), new("half", ones(1, ScalarType.BFloat16)), new("flag", ones(5, ScalarType.Bool))];
        SafetensorsWriter.Write(_folder["1"], tensors);
        SafetensorsWriter.Write(_folder["2"], tensors.Reverse());
        Assert.Equal(File.ReadAllBytes(_folder["1"]), File.ReadAllBytes(_folder["2"]));
    }

    [Fact]
    public void Every_tensor_begins_at_a_multiple_of_its_element_size()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_folder["x"], Types.Select((type, i) => KeyValuePair.Create($"{i}", ones(3, type))));
        using var file = SafetensorsFile.Open(_folder["x"]);
        Assert.All(file.Entries.Values, e => Assert.Equal(0, e.FileOffset % (e.ByteCount / 3)));
    }

    [Fact]
    public void Transposed_tensors_and_parameters_are_written_in_row_order()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 0f, 1, 2, 3, 4, 5 }).view(2, 3).t().requires_grad_();
        SafetensorsWriter.Write(_folder["x"], [new("x", x)]);
        using var file = SafetensorsFile.Open(_folder["x"]);
        Assert.Equal([0f, 3, 1, 4, 2, 5], file.Read("x").data<float>().ToArray());
    }

    [Fact]
    public void The_metadata_names_the_format_that_transformers_asks_for()
    {
        SafetensorsWriter.Write(_folder["x"], []);
        using var file = SafetensorsFile.Open(_folder["x"]);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_other()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_folder["x"], [new("x", ones(3))]);
        var old = File.ReadAllBytes(_folder["x"]);
        Assert.ThrowsAny<Exception>(() => SafetensorsWriter.Write(_folder["x"], [new("a", ones(3)), new("b", WithoutElements())]));
        Assert.Equal(old, File.ReadAllBytes(_folder["x"]));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Bad_names_and_types_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["x"], [new("a", ones(1)), new("a", ones(1))]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["x"], [new("__metadata__", ones(1))]));
        Expect.Error(EosErrors.UnsupportedDataType, () => SafetensorsWriter.Write(_folder["x"], [new("c", ones(1, ScalarType.ComplexFloat32))]), "'c'");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_an_error_with_a_code()
    {
        _folder.Write("file", "");
        Expect.Error(EosErrors.CannotWrite, () => SafetensorsWriter.Write(Path.Combine(_folder["file"], "x"), []));
    }

    // A tensor on the meta device has no elements to copy: its header can be made, writing it fails.
    private static Tensor WithoutElements() => ones(3, device: new Device(DeviceType.META));

    private static bool IsUnicode(string text) => !text.Where((c, i) =>
        (char.IsHighSurrogate(c) && (i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))) || (char.IsLowSurrogate(c) && (i == 0 || !char.IsHighSurrogate(text[i - 1])))).Any();

    // The bytes choose type and shape, and are the content.
    private static Tensor MakeTensor(byte[] seed)
    {
        var type = Types[seed.Length == 0 ? 0 : seed[0] % Types.Length];
        long[] shape = (seed.Length % 4) switch { 0 => [], 1 => [seed.Length], 2 => [2, seed.Length / 2, 1], _ => [0, 5] };
        var tensor = zeros(shape, type);
        for (var i = 0; i < (tensor.numel() == 0 ? 0 : tensor.bytes.Length); i++)
            tensor.bytes[i] = type == ScalarType.Bool ? (byte)(seed[i % seed.Length] & 1) : seed.Length == 0 ? (byte)i : seed[i % seed.Length];
        return tensor;
    }
}
