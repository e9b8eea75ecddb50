using EosMLNet.Tests.Configs;

namespace EosMLNet.Tests.Families;

public sealed class QwenVisionConfigTests : IDisposable
{
    // A visual token is made of 3 x 3 patches of 8 numbers, which are 72.
    private static readonly QwenVisionConfig Small = new()
    {
        HiddenSize = 8, IntermediateSize = 12, LayerCount = 2, HeadCount = 2, PatchSize = 5, TemporalPatchSize = 4, MergeSize = 3,
    };

    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_weights_are_those_of_the_patches_the_blocks_and_the_merger() => Assert.Equal(
        [
            "visual.patch_embed.proj.weight 8x3x4x5x5",
            .. Blocks(
                "norm1.weight 8", "norm1.bias 8", "attn.qkv.weight 24x8 linear", "attn.qkv.bias 24", "attn.proj.weight 8x8 linear",
                "attn.proj.bias 8", "norm2.weight 8", "norm2.bias 8", "mlp.fc1.weight 12x8 linear", "mlp.fc1.bias 12",
                "mlp.fc2.weight 8x12 linear", "mlp.fc2.bias 8"),
            "visual.merger.ln_q.weight 8", "visual.merger.ln_q.bias 8", "visual.merger.mlp.0.weight 72x72 linear",
            "visual.merger.mlp.0.bias 72", "visual.merger.mlp.2.weight 10x72 linear", "visual.merger.mlp.2.bias 10",
        ],
        WeightLines.Of(Small.Weights(10)));

    [Fact]
    public void A_gated_tower_has_norms_without_biases_and_three_layers_in_an_MLP() => Assert.Equal(
        [
            "visual.patch_embed.proj.weight 8x3x4x5x5",
            .. Blocks(
                "norm1.weight 8", "attn.qkv.weight 24x8 linear", "attn.qkv.bias 24", "attn.proj.weight 8x8 linear", "attn.proj.bias 8",
                "norm2.weight 8", "mlp.gate_proj.weight 12x8 linear", "mlp.gate_proj.bias 12", "mlp.up_proj.weight 12x8 linear",
                "mlp.up_proj.bias 12", "mlp.down_proj.weight 8x12 linear", "mlp.down_proj.bias 8"),
            "visual.merger.ln_q.weight 8", "visual.merger.mlp.0.weight 72x72 linear", "visual.merger.mlp.0.bias 72",
            "visual.merger.mlp.2.weight 10x72 linear", "visual.merger.mlp.2.bias 10",
        ],
        WeightLines.Of((Small with { IsGated = true }).Weights(10)));

    // Mergers of earlier blocks normalise whole visual tokens.
    [Fact]
    public void Learned_positions_and_mergers_of_earlier_blocks_are_weights_where_there_are_some()
    {
        var config = Small with
        {
            HasPatchBias = true,
            PositionSide = 6,
            DeepStackLayers = [0, 1],
            MlpNames = ("up", "down"),
            MergerNames = ("n", "a", "b"),
        };
        Assert.Equal(
            [
                "visual.patch_embed.proj.bias 8", "visual.pos_embed.weight 36x8",
                .. Blocks("up.weight 12x8 linear", "up.bias 12", "down.weight 8x12 linear", "down.bias 8"),
                .. Merger("merger", 8), .. Merger("deepstack_merger_list.0", 72), .. Merger("deepstack_merger_list.1", 72),
            ],
            WeightLines.Of(config.Weights(10)).Except(WeightLines.Of(Small.Weights(10))));

        static string[] Merger(string name, int normed) =>
        [
            $"visual.{name}.n.weight {normed}", $"visual.{name}.n.bias {normed}", $"visual.{name}.a.weight 72x72 linear",
            $"visual.{name}.a.bias 72", $"visual.{name}.b.weight 10x72 linear", $"visual.{name}.b.bias 10",
        ];
    }

    [Fact]
    public void What_a_file_says_is_read_and_the_rest_has_defaults()
    {
        var defaults = new QwenVisionConfig();
        Assert.Equal(defaults, QwenVisionConfig.From(folder.Read("{}"), defaults));
        Assert.Equal(
            defaults with
            {
                HiddenSize = 24,
                LayerCount = 5,
                HeadCount = 3,
                PatchSize = 7,
                TemporalPatchSize = 6,
                MergeSize = 4,
                Activation = "relu",
            },
            QwenVisionConfig.From(
                folder.Read("""
                    {"width":24,"depth":5,"num_heads":3,"patch_size":7,"temporal_patch_size":6,"spatial_merge_size":4,"hidden_act":"relu",
                     "in_channels":3,"in_chans":3,"hidden_size":1}
                    """),
                defaults, "width"));
    }

    [Fact]
    public void The_defaults_are_those_of_Qwen2_VL()
    {
        var config = new QwenVisionConfig();
        Assert.Equal((1280, 5120, 32, 16), (config.HiddenSize, config.IntermediateSize, config.LayerCount, config.HeadCount));
        Assert.Equal((14, 2, 2, "quick_gelu"), (config.PatchSize, config.TemporalPatchSize, config.MergeSize, config.Activation));
    }

    [Theory]
    [InlineData(""" "in_channels":1 """, "in_channels", "1", "3 (images are RGB)")]
    [InlineData(""" "in_chans":4 """, "in_chans", "4", "3 (images are RGB)")]
    [InlineData(""" "hidden_size":40 """, "hidden_size", "40", "a multiple of num_heads, which is 16")]
    [InlineData(""" "hidden_size":96 """, "hidden_size", "96",
        "a multiple of 4 · num_heads (rotary embeddings turn pairs by row and column)")]
    public void A_tower_that_makes_no_sense_is_refused(string field, string name, string found, string expected) => Assert.Equal(
        $"EOS1009: '{name}' of 'config.json' is {found}, expected {expected}.",
        folder.Refusal($$"""{{{field}}}""", json => QwenVisionConfig.From(json, new())));

    [Theory]
    [InlineData("null", new[] { 1, 2 })]
    [InlineData("[]", new int[0])]
    [InlineData("3", new[] { 3 })]
    [InlineData("[0,1,3]", new[] { 0, 1, 3 })]
    public void Blocks_are_listed_in_their_order(string list, int[] expected) => Assert.Equal(
        expected, (Small with { LayerCount = 4 }).ReadLayers(folder.Read($$"""{"blocks":{{list}}}"""), "blocks", [1, 2]));

    [Theory]
    [InlineData("[4]", "[4]")]
    [InlineData("[-1,2]", "[-1, 2]")]
    [InlineData("[1,1]", "[1, 1]")]
    [InlineData("[0,2,1]", "[0, 2, 1]")]
    public void Blocks_that_the_tower_lacks_or_out_of_order_are_refused(string list, string found) => Assert.Equal(
        $"EOS1009: 'blocks' of 'config.json' is {found}, expected ascending numbers from 0 to 3.",
        folder.Refusal($$"""{"blocks":{{list}}}""", json => (Small with { LayerCount = 4 }).ReadLayers(json, "blocks", [])));

    private static IEnumerable<string> Blocks(params string[] weights) =>
        new[] { 0, 1 }.SelectMany(i => weights.Select(weight => $"visual.blocks.{i}.{weight}"));
}
