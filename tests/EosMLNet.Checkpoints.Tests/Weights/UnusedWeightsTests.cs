namespace EosMLNet.Tests.Weights;

public class UnusedWeightsTests
{
    private const string Layers = "vision_tower.vision_model.encoder.layers.";

    [Theory]
    [InlineData(Layers + "3.mlp.fc1.weight")] // a layer behind the one that features are taken from
    [InlineData("vision_tower.vision_model.post_layernorm.weight")]
    [InlineData("language_model.lm_head.weight")]
    [InlineData("language_model.model.layers.0.self_attn.rotary_emb.inv_freq")]
    [InlineData("vision_tower.vision_model.embeddings.position_ids")]
    public void What_is_usually_left_unused_is_not_said(string unused) => Assert.Empty(Note(unused));

    [Theory]
    [InlineData(Layers + "2.mlp.fc1.bias")] // of a layer in use
    [InlineData("language_model.model.layers.0.self_attn.q_proj.bias")]
    [InlineData("audio_tower.weight")]
    public void Anything_else_is(string unused)
    {
        var note = Assert.Single(Note(unused, "zzz"));
        Assert.EndsWith("Where they belong to the model, its answers are wrong: check config.json.", note, StringComparison.Ordinal);
        Assert.Contains("'models' has 2 tensors that the model of its config.json does not use", note);
        Assert.Contains($"'{unused}'", note); // the first by name
    }

    private static IEnumerable<string> Note(params string[] unused)
    {
        string[] used = [Layers + "2.mlp.fc1.weight", "language_model.model.norm.weight"];
        return UnusedWeights.Note([.. used, .. unused], used, "models");
    }
}
