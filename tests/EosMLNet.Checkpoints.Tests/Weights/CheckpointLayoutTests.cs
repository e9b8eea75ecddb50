namespace EosMLNet.Tests.Weights;

/// <summary>What the names of a checkpoint's tensors tell where a weight is not as expected. Whole checkpoints are in Core.Tests.</summary>
public class CheckpointLayoutTests
{
    private const string Decoder = "language_model.model.norm.weight", Projector = "multi_modal_projector.linear_1.weight",
        Tower = "vision_tower.vision_model.pre_layrnorm.bias", Head = "language_model.lm_head.weight", Visual = "visual.patch_embed.proj.weight";

    public static TheoryData<string, string[], string> Layouts => new()
    {
        { Decoder, ["a.lora_A.weight", Projector], "It has 'a.lora_A.weight': it is an adapter (LoRA). Merge" },
        { Decoder, ["base_model.model." + Decoder, Projector],
            "begin with base_model.model., as the Python package peft wraps a model. Save the model itself: merge_and_unload(), then" },
        { Decoder, ["_orig_mod." + Decoder], "Save model._orig_mod instead" },
        { Decoder, ["module." + Decoder, "module." + Projector], "All its names begin with module." },
        { Decoder, ["a.absmax"], "It has 'a.absmax': the checkpoint is quantised" },
        { Decoder, ["a.quant_map"], "quantised" },
        { Decoder, ["a.SCB"], "quantised" },
        { Decoder, ["a.qweight"], "quantised" },
        { Decoder, ["a.qzeros"], "quantised" },
        { Decoder, ["a.scales"], "quantised" },
        { Decoder, ["a.weight_scale"], "quantised" },
        { Decoder, ["a.weight_scale_inv"], "quantised" },
        { Decoder, ["a.weight_packed"], "quantised" },
        { Decoder, ["a.g_idx"], "quantised" },
        { Decoder, ["model.mm_projector.0.weight"], "layout of LLaVA's authors" },
        { Visual, [Decoder], "no weight of a vision tower (visual.*)" },
        { Visual, [Decoder, "visual.other"], "" },
        { Decoder, ["other"], "no weight of a multi_modal_projector" },
        { Decoder, [Projector], "" },
        { Decoder, [Visual], "" },
        { Decoder, ["module." + Projector, Projector], "" },
        { Tower, [Projector], "no weight of a vision_tower." },
        { Tower, [Projector, "vision_tower.other"], "" },
        { Head, [Projector], "If the embeddings are the output head, as in models saved with tied weights, " +
            "write \"tie_word_embeddings\": true" },
        { Head, [Projector, Head], "" },
        { Decoder, [], "no weight of a multi_modal_projector" },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void The_names_tell_what_kind_of_checkpoint_it_is(string wanted, string[] names, string says)
    {
        var told = CheckpointLayout.Explain(names, wanted);
        if (says.Length == 0)
            Assert.Equal("", told);
        else
            Assert.Contains(says, told);
        Assert.True(told.Length == 0 || told[0] == ' ' && told[^1] == '.');
    }
}
