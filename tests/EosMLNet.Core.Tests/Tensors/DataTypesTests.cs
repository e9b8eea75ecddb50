using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public class DataTypesTests
{
    [Theory]
    [InlineData(ModelDataType.Float32, ScalarType.Float32)]
    [InlineData(ModelDataType.BFloat16, ScalarType.BFloat16)]
    [InlineData(ModelDataType.Float16, ScalarType.Float16)]
    [InlineData(ModelDataType.Float64, ScalarType.Float64)]
    public void The_processor_computes_in_each_type_and_a_model_is_loaded_in_it(ModelDataType type, ScalarType torchs)
    {
        Assert.Equal(torchs, DataTypes.Resolve(type, ScalarType.Float32, CPU, 64, 128));
        Assert.Equal(type, DataTypes.Of(torchs));
        DataTypes.CheckComputes(type, torchs, CPU);
        using var model = LlavaModel.Load(GoldenFiles.TinyLlava, type);
        Assert.Equal(torchs, model.DataType);
        Assert.Equal(type, model.WeightType);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 2048, false)] // bfloat16 would lose digits
    [InlineData(ScalarType.BFloat16, 2048, true)]
    [InlineData(ScalarType.Float16, 2048, true)]
    [InlineData(ScalarType.BFloat16, 255, false)] // too narrow to gain much
    public void Auto_is_bfloat16_where_the_processor_is_faster_in_it_and_the_checkpoint_loses_nothing(ScalarType stored, int width, bool allowed)
    {
        var expected = allowed && CpuSpeed.PrefersBFloat16(width, 3 * width) ? ScalarType.BFloat16 : ScalarType.Float32;
        Assert.Equal(expected, DataTypes.Resolve(ModelDataType.Auto, stored, CPU, width, 3 * width));
    }

    [Fact]
    public void A_tiny_model_is_loaded_in_float32_however_it_is_stored()
    {
        using var model = LlavaModel.Load(GoldenFiles.At("tiny-llava-sharded-bf16"));
        Assert.Equal((ScalarType.Float32, false), (model.DataType, model.IsPacked));
    }

    [Fact]
    public void Elsewhere_auto_is_the_type_that_is_stored() =>
        Assert.Equal(ScalarType.Float16, DataTypes.Resolve(ModelDataType.Auto, ScalarType.Float16, META, 64, 128));

    [Fact]
    public void Weights_are_packed_in_bfloat16_and_in_float32_where_that_is_clearly_faster()
    {
        Assert.Equal(OneDnn.Packs(ScalarType.BFloat16), DataTypes.IsPacked(ScalarType.BFloat16, 64));
        Assert.Equal(CpuSpeed.PackedFloat32 >= 1.5, DataTypes.IsPacked(ScalarType.Float32, 2048));
        Assert.False(DataTypes.IsPacked(ScalarType.Float32, 255));
        Assert.False(DataTypes.IsPacked(ScalarType.Float64, 2048));
    }

    [Fact]
    public void A_processor_with_bfloat16_products_of_its_own_is_found_to_be_faster_in_it()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];
        if (flags.Contains("amx_bf16") || flags.Contains("avx512_bf16"))
            Assert.True(CpuSpeed.PrefersBFloat16(2048, 5632), $"{CpuSpeed.BFloat16(2048, 5632)} times");
        if (flags.Contains("amx_int8") || flags.Contains("avx512_vnni"))
            Assert.True(CpuSpeed.HasInt8, $"{CpuSpeed.Int8} times");
    }

    // No half type is missing from this libtorch's CPU: types that it does compute nothing of this kind in stand for one.
    [Theory]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.ComplexFloat32)]
    public void A_type_that_the_device_does_not_compute_in_is_EOS2009(ScalarType type) =>
        Expect.Error(EosErrors.DataType, () => DataTypes.CheckComputes(ModelDataType.BFloat16, type, CPU), $"in {type}", "cpu", "Use float32");

    [Fact]
    public void Int8_elsewhere_is_EOS2009() =>
        Expect.Error(EosErrors.DataType, () => DataTypes.CheckComputes(ModelDataType.Int8, ScalarType.BFloat16, META), "int8", "meta", "Use bfloat16");
}
