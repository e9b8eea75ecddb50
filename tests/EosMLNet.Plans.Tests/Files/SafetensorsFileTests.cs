using System.Buffers.Binary;
using EosMLNet.Files;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Files;

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
        { "a fractional size", """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsHeader },
        { "a size beyond 64 bits", """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, EosErrors.SafetensorsHeader },
        { "a name twice", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, EosErrors.SafetensorsHeader },
        { "a key twice", """{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}""", 1, EosErrors.SafetensorsHeader },
        { "metadata that is no text", """{"__metadata__":{"format":1}}""", 0, EosErrors.SafetensorsHeader },
        { "deep JSON", "{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}", 0, EosErrors.SafetensorsHeader },
        { "a name that is no Unicode", """{"a\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, EosErrors.SafetensorsHeader },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void A_bad_header_is_refused(string what, string header, int dataBytes, string code)
    {
        Assert.NotEmpty(what);
        Expect.Error(code, () => Open(SafetensorsBytes.Make(header, dataBytes)), "bad.safetensors");
    }

    public static TheoryData<string, string, string, int> BadTensors => new()
    {
        { "'a' with the shape [-1]", "F32", "[-1]", 4 },
        { "'a' with the shape [-1, -1]", "F32", "[-1,-1]", 4 },
        { "'a' with the shape [4294967296, 4294967296], larger than memory can be", "F32", "[4294967296,4294967296]", 4 },
        { "'a' at bytes 0 to 4 of 3 bytes of data", "F32", "[1]", 3 },
        { "'a' of shape [2, 1] and type F32 in 4 bytes instead of 8", "F32", "[2,1]", 4 },
        { "'a' of shape [] and type F16 in 4 bytes instead of 2", "F16", "[]", 4 },
    };

    [Theory]
    [MemberData(nameof(BadTensors))]
    public void A_tensor_that_cannot_lie_there_is_said_with_its_numbers(string says, string type, string shape, int dataBytes) =>
        AssertSaid(EosErrors.SafetensorsLayout, $"has tensor {says}; it is truncated or damaged. Fetch it again.",
            SafetensorsBytes.Make(Tensor("a", type, shape, "[0,4]"), dataBytes));

    [Theory]
    [InlineData("[-4,0]", "at bytes -4 to 0 of 4 bytes of data")]
    [InlineData("[4,0]", "at bytes 4 to 0 of 4 bytes of data")]
    [InlineData("[1,4]", "of shape [1] and type F32 in 3 bytes instead of 4")]
    public void Offsets_that_cannot_be_are_said(string offsets, string says) =>
        AssertSaid(EosErrors.SafetensorsLayout, $"has tensor 'a' {says}; it is truncated or damaged. Fetch it again.",
            SafetensorsBytes.Make(Tensor("a", "F32", "[1]", offsets), 4));

    [Theory]
    [InlineData("[0]")]
    [InlineData("[0,4,4]")]
    [InlineData("{}")]
    public void Offsets_that_are_no_pair_are_said(string offsets) =>
        AssertSaid(EosErrors.SafetensorsHeader,
            "gives tensor 'a' no pair of data_offsets; it is truncated or not a safetensors file. Fetch it again.",
            SafetensorsBytes.Make(Tensor("a", "F32", "[1]", offsets), 4));

    [Theory]
    [InlineData("[3,5]", "[0,4]", "overlapping tensors 'b' and 'a'")]
    [InlineData("[0,2]", "[0,4]", "overlapping tensors 'a' and 'b'")]
    public void Tensors_that_overlap_are_named(string first, string second, string says) =>
        AssertSaid(EosErrors.SafetensorsLayout, $"has {says}; it is truncated or damaged. Fetch it again.", SafetensorsBytes.Make(
            $"{Tensor("a", "U8", "[2]", first)[..^1]},{Tensor("b", "F16", "[2]", second)[1..]}", 5));

    [Theory]
    [InlineData(0UL, "has a malformed safetensors header: ")]
    [InlineData(3UL, "announces a header of 3 bytes but has only 8 bytes in all; it is truncated or not a safetensors file. Fetch")]
    [InlineData(100_000_000UL, "announces a header of 100000000 bytes but has only 8 bytes in all; it is truncated or not a safetensors")]
    [InlineData(100_000_001UL, "announces a header of 100000001 bytes, more than the 100000000 allowed; it is truncated or not a")]
    [InlineData(ulong.MaxValue, "announces a header of 18446744073709551615 bytes, more than the 100000000 allowed; it is truncated or")]
    public void A_length_and_nothing_more_is_refused(ulong announced, string says) =>
        Expect.Error(EosErrors.SafetensorsHeader, () => Open(SafetensorsBytes.Make("", 0, announced)), says);

    [Fact]
    public void A_file_that_is_refused_is_closed()
    {
        Assert.Throws<EosException>(() => Open(SafetensorsBytes.Make("[]", 0)));
        using var alone = File.Open(_folder["bad.safetensors"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(10, alone.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_without_room_for_the_length_is_refused(int length) =>
        Expect.Error(EosErrors.SafetensorsHeader, () => Open(new byte[length]), $"{length} bytes");

    [Fact]
    public void A_file_that_shrinks_while_it_is_open_is_noticed()
    {
        File.WriteAllBytes(_folder["a.safetensors"], SafetensorsBytes.Make("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4));
        using var file = SafetensorsFile.Open(_folder["a.safetensors"]);
        using (var stream = new FileStream(_folder["a.safetensors"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(stream.Length - 1);
        Expect.Error(EosErrors.SafetensorsHeader, () => file.ReadBytes(file.Find("a"), 0, new byte[4]), "truncated");
    }

    [Fact]
    public void A_missing_file_is_named() => Expect.Error(EosErrors.FileMissing, () => SafetensorsFile.Open(_folder["none.safetensors"]), "none.safetensors");

    [Fact]
    public void A_missing_tensor_is_named()
    {
        using var file = Open(SafetensorsBytes.Make("{}", 0));
        Expect.Error(EosErrors.MissingTensor, () => file.Find("w"), "'w'");
    }

    [Fact]
    public void Padding_holes_scalars_and_empty_tensors_are_legal()
    {
        var header = """{"hole":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},"one":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}     """;
        var bytes = SafetensorsBytes.Make(header, 9);
        BitConverter.GetBytes(1.5f).CopyTo(bytes, bytes.Length - 9);
        bytes[^1] = 7;
        using var file = Open(bytes);
        Assert.Equal([1.5f], file.ReadFloats("one"));
        Assert.Empty(file.ReadFloats("none"));
        Assert.Equal([0L, 3], file.Find("none").Shape);
        var hole = new byte[1];
        file.ReadBytes(file.Find("hole"), 0, hole);
        Assert.Equal(7, hole[0]);
    }

    [Fact]
    public void Tensors_may_lie_side_by_side_and_empty_ones_anywhere()
    {
        using var file = Open(SafetensorsBytes.Make("""{"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]},"none":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 4));
        Assert.Equal(["a", "b", "none"], file.Entries.Keys.Order());
        Assert.Equal(file.Find("a").FileOffset + 2, file.Find("b").FileOffset);
    }

    [Fact]
    public void A_header_of_exactly_the_file_s_length_and_metadata_are_read()
    {
        using var file = Open(SafetensorsBytes.Make("""{"__metadata__":{"format":"pt","made by":"hand"}}""", 0));
        Assert.Empty(file.Entries);
        Assert.Equal([("format", "pt"), ("made by", "hand")], file.Metadata.Select(text => (text.Key, text.Value)));
        Expect.Error(EosErrors.SafetensorsHeader, () => Open(SafetensorsBytes.Make("""{"__metadata__":{"format":null}}""", 0)), "null", "'format'");
    }

    [Theory]
    [InlineData("F8_E4M3", true)]
    [InlineData("F4", true)]
    [InlineData("U16", false)]
    [InlineData("", false)]
    public void A_type_that_is_not_supported_is_named_with_those_that_are(string type, bool isQuantised)
    {
        var error = Assert.Throws<EosException>(() => Open(SafetensorsBytes.Make(Tensor("a", type, "[1]", "[0,1]"), 1)));
        Assert.Equal((EosErrors.UnsupportedDataType, $"tensor 'a' of '{_folder["bad.safetensors"]}' has type '{type}', " +
            "expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL." + (isQuantised ? " The checkpoint is quantised. " +
            "Use the checkpoint that it was made from, in float32, bfloat16 or float16." : "")), (error.Code, error.Detail));
    }

    [Fact]
    public void A_tensor_without_a_type_has_none_that_is_supported() => Expect.Error(EosErrors.UnsupportedDataType,
        () => Open(SafetensorsBytes.Make("""{"a":{"dtype":null,"shape":[1],"data_offsets":[0,1]}}""", 1)), "has type ''");

    [Theory]
    [InlineData(SafetensorsType.Float64, "F64", 8)]
    [InlineData(SafetensorsType.Float32, "F32", 4)]
    [InlineData(SafetensorsType.Float16, "F16", 2)]
    [InlineData(SafetensorsType.BFloat16, "BF16", 2)]
    public void Floating_point_numbers_are_read_as_float32(SafetensorsType type, string name, int size)
    {
        float[] numbers = [1, -2.5f, 0, 0.0078125f, 96]; // which each type holds exactly
        var bytes = SafetensorsBytes.Make($"{{\"w\":{{\"dtype\":\"{name}\",\"shape\":[5],\"data_offsets\":[0,{5 * size}]}}}}", 5 * size);
        for (var i = 0; i < numbers.Length; i++)
        {
            var place = bytes.AsSpan(bytes.Length - (5 - i) * size, size);
            switch (type)
            {
                case SafetensorsType.Float64:
                    BinaryPrimitives.WriteDoubleLittleEndian(place, numbers[i]);
                    break;
                case SafetensorsType.Float32:
                    BinaryPrimitives.WriteSingleLittleEndian(place, numbers[i]);
                    break;
                case SafetensorsType.Float16:
                    BinaryPrimitives.WriteHalfLittleEndian(place, (Half)numbers[i]);
                    break;
                default:
                    BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)(BitConverter.SingleToUInt32Bits(numbers[i]) >> 16));
                    break;
            }
        }
        using var file = Open(bytes);
        Assert.Equal((type, true), (file.Find("w").DataType, type.IsFloatingPoint()));
        Assert.Equal(numbers, file.ReadFloats("w"));
    }

    [Fact]
    public void Integers_are_no_floating_point_numbers()
    {
        using var file = Open(SafetensorsBytes.Make("""{"w":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}""", 4));
        Assert.False(file.Find("w").DataType.IsFloatingPoint());
        var error = Assert.Throws<EosException>(() => file.ReadFloats("w"));
        Assert.Equal((EosErrors.UnsupportedDataType, $"'w' of '{file.Path}' has 4 bytes of Int32 numbers, expected F32, BF16, F16 or F64 " +
            $"and at most {Array.MaxLength} bytes."), (error.Code, error.Detail));
    }

    [Property]
    public void What_was_written_is_read_and_the_same_tensors_give_the_same_bytes(byte[] small, float[] large, string text)
    {
        text = new string([.. (text ?? "").Where(c => !char.IsSurrogate(c) && c != 0)]);
        var numbers = new byte[4 * large.Length];
        Buffer.BlockCopy(large, 0, numbers, 0, numbers.Length);
        SafetensorsPart[] parts =
        [
            new("small", SafetensorsType.Byte, [small.Length], stream => stream.Write(small)),
            new("large", SafetensorsType.Float32, [large.Length], stream => stream.Write(numbers)),
        ];
        var metadata = new Dictionary<string, string> { ["text"] = text, ["a"] = "b" };
        SafetensorsFile.Write(_folder["one.safetensors"], parts, metadata);
        SafetensorsFile.Write(_folder["other.safetensors"], parts.Reverse(), metadata.Reverse().ToDictionary());
        Assert.Equal(File.ReadAllBytes(_folder["one.safetensors"]), File.ReadAllBytes(_folder["other.safetensors"]));
        using var file = SafetensorsFile.Open(_folder["one.safetensors"]);
        Assert.Equal(text, file.Metadata["text"]);
        Assert.Equal(large.Select(BitConverter.SingleToInt32Bits), file.ReadFloats("large").Select(BitConverter.SingleToInt32Bits));
        Assert.True(file.Find("small").FileOffset == file.Find("large").FileOffset + numbers.Length); // the widest first
        Assert.Equal(0, file.Find("large").FileOffset % 8); // aligned
        for (var first = 0; first < small.Length; first++)
        {
            var rest = new byte[small.Length - first];
            file.ReadBytes(file.Find("small"), first, rest);
            Assert.Equal(small[first..], rest);
        }
    }

    [Fact]
    public void Tensors_are_written_the_widest_first_then_by_name_behind_a_header_of_whole_eights()
    {
        SafetensorsPart[] parts = [Zeros("c", SafetensorsType.Byte), Zeros("b", SafetensorsType.Float32), Zeros("a", SafetensorsType.Byte)];
        SafetensorsFile.Write(_folder["a.safetensors"], parts, new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });
        var header = """{"__metadata__":{"x":"1","y":"2"},""" + string.Join(',',
            [Tensor("b", "F32", "[1]", "[0,4]")[1..^1], Tensor("a", "U8", "[1]", "[4,5]")[1..^1], Tensor("c", "U8", "[1]", "[5,6]")[1..]]);
        Assert.Equal(SafetensorsBytes.Make(header.PadRight((header.Length + 7) / 8 * 8), 6), File.ReadAllBytes(_folder["a.safetensors"]));

        static SafetensorsPart Zeros(string name, SafetensorsType type) =>
            new(name, type, [1], stream => stream.Write(new byte[type == SafetensorsType.Byte ? 1 : 4]));
    }

    [Fact]
    public void Without_metadata_the_format_is_that_of_PyTorch()
    {
        SafetensorsFile.Write(_folder["a.safetensors"], []);
        using var file = SafetensorsFile.Open(_folder["a.safetensors"]);
        Assert.Equal([("format", "pt")], file.Metadata.Select(text => (text.Key, text.Value)));
    }

    private static string Tensor(string name, string type, string shape, string offsets) =>
        $$$"""{"{{{name}}}":{"dtype":"{{{type}}}","shape":{{{shape}}},"data_offsets":{{{offsets}}}}}""";

    private void AssertSaid(string code, string says, byte[] content)
    {
        var error = Assert.Throws<EosException>(() => Open(content));
        Assert.Equal((code, $"'{_folder["bad.safetensors"]}' {says}"), (error.Code, error.Detail));
    }

    private SafetensorsFile Open(byte[] content)
    {
        File.WriteAllBytes(_folder["bad.safetensors"], content);
        return SafetensorsFile.Open(_folder["bad.safetensors"]);
    }
}
