using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

public class LlavaWeightsTests
{
    public static TheoryData<string, Func<LlavaConfig, LlavaConfig>> Variants => new()
    {
        { "as it is", config => config },
        { "a tied head", config => config with { TieWordEmbeddings = true } },
        { "a projector without bias", config => config with { ProjectorBias = false } },
        { "biases in the decoder", config => config with { Text = config.Text with { AttentionBias = true, MlpBias = true } } },
        { "all key-value heads, one layer", config => config with { Text = config.Text with { KeyValueHeadCount = config.Text.HeadCount, LayerCount = 1 } } },
        { "another tower", config => config with { Vision = config.Vision with { LayerCount = 5, PatchSize = 7, IntermediateSize = 11 } } },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_checkpoint_is_checked_for_exactly_what_the_model_asks_for(string variant, Func<LlavaConfig, LlavaConfig> change)
    {
        var config = change(LlavaConfig.Load(GoldenFiles.TinyLlava));
        var asked = new Dictionary<string, long[]>();
        using var model = new LlavaModel(config, (name, shape) =>
        {
            asked[name] = shape;
            return empty(shape, ScalarType.Float32, META);
        });
        var listed = LlavaWeights.Of(config);
        Assert.True(asked.Keys.Order().SequenceEqual(listed.Keys.Order()), variant);
        Assert.All(asked, weight => Assert.Equal(weight.Value, listed[weight.Key]));
    }
}
