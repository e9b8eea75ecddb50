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
    public void The_processor_computes_in_each_type_and_a_model_is_loaded_in_it(ModelDataType type, ScalarType torchs)
    {
        Assert.Equal(torchs, DataTypes.Torch(type));
        DataTypes.CheckComputes(torchs, CPU);
        using var model = LlavaModel.Load(GoldenFiles.TinyLlava, DataTypes.Torch(type));
        Assert.Equal(torchs, model.DataType);
    }

    [Fact]
    public void Without_a_type_a_model_is_loaded_in_float32_on_the_processor_however_it_is_stored()
    {
        Assert.Null(DataTypes.Torch(null));
        using var model = LlavaModel.Load(GoldenFiles.At("tiny-llava-sharded-bf16"));
        Assert.Equal(ScalarType.Float32, model.DataType);
    }

    // No half type is missing from this libtorch's CPU: types that it does compute nothing of this kind in stand for one.
    [Theory]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.ComplexFloat32)]
    public void A_type_that_the_device_does_not_compute_in_is_EOS2009_before_weights_are_read(ScalarType type) =>
        Expect.Error(EosErrors.DataType, () => LlavaModel.Load(GoldenFiles.TinyLlava, type), $"in {type}", "cpu", "Use float32");
}
