namespace EosMLNet.Tests.Configs;

public sealed class ConfigChecksTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(16777216)]
    public void A_size_has_a_wide_range(int size) => Assert.Equal(size, Field($"{size}").Size("field", 7));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(16777217)]
    public void A_size_out_of_its_range_is_refused(int size) =>
        Assert.Equal(Refused($"{size}", "1 to 16777216"), folder.Refusal(Json($"{size}"), json => json.Size("field", 7)));

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    public void Layers_are_eight_times_those_of_the_largest_model_at_most(int layers) =>
        Assert.Equal(layers, Field($"{layers}").Layers("field", 7));

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public void More_layers_or_none_are_refused(int layers) =>
        Assert.Equal(Refused($"{layers}", "1 to 1024"), folder.Refusal(Json($"{layers}"), json => json.Layers("field", 7)));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.999", 0.999)]
    public void An_epsilon_may_be_0_and_is_less_than_1(string number, double epsilon) =>
        Assert.Equal(epsilon, Field(number).Epsilon("field", 0.5));

    [Theory]
    [InlineData("-1E-09")]
    [InlineData("1")]
    public void Another_epsilon_is_refused(string number) =>
        Assert.Equal(Refused(number, "0 or a small positive number"), folder.Refusal(Json(number), json => json.Epsilon("field", 0.5)));

    [Theory]
    [InlineData("quick_gelu")]
    [InlineData("gelu")]
    [InlineData("gelu_pytorch_tanh")]
    [InlineData("silu")]
    [InlineData("relu")]
    public void Five_activations_are_known(string name) => Assert.Equal(name, Field($"\"{name}\"").Activation("field", "none"));

    [Fact]
    public void Another_activation_is_refused_with_those_that_are_known() => Assert.Equal(
        Refused("'mish'", "one of quick_gelu, gelu, gelu_pytorch_tanh, silu, relu"),
        folder.Refusal(Json("\"mish\""), json => json.Activation("field", "gelu")));

    [Fact]
    public void What_is_left_out_has_its_fallback()
    {
        var json = Field("null");
        Assert.Equal((7, 8, 0.5, "gelu"),
            (json.Size("field", 7), json.Layers("field", 8), json.Epsilon("field", 0.5), json.Activation("field", "gelu")));
    }

    [Fact]
    public void What_is_no_multiple_is_refused_with_both_numbers()
    {
        Field("8").RequireMultiple("field", 8, "part", 4);
        Assert.Equal(
            Refused("9", "a multiple of part, which is 4"), folder.Refusal("{}", json => json.RequireMultiple("field", 9, "part", 4)));
    }

    private static string Json(string value) => $$"""{"field": {{value}}}""";

    private static string Refused(string found, string expected) => $"EOS1009: 'field' of 'config.json' is {found}, expected {expected}.";

    private JsonSection Field(string value) => folder.Read(Json(value));
}
