namespace EosMLNet.Tests.Configs;

public class WeightShapeTests
{
    [Fact]
    public void A_linear_layer_has_a_matrix_and_perhaps_a_bias_of_its_outputs()
    {
        Assert.Equal(["fc.weight 6x8 linear"], WeightLines.Of(WeightShape.Linear("fc", bias: false, 6, 8)));
        Assert.Equal(["fc.weight 6x8 linear", "fc.bias 6"], WeightLines.Of(WeightShape.Linear("fc", bias: true, 6, 8)));
    }

    [Fact]
    public void A_norm_and_a_convolution_are_not_linear_layers()
    {
        Assert.Equal(["norm.weight 8", "norm.bias 8"], WeightLines.Of(WeightShape.WithBias("norm", 8)));
        Assert.Equal(["conv.weight 6x3x2x2", "conv.bias 6"], WeightLines.Of(WeightShape.WithBias("conv", 6, 3, 2, 2)));
    }
}
