namespace EosMLNet.Tests.Configs;

public sealed class AuthorsLayoutTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"mm_vision_tower": "openai/clip"}""", "openai/clip")]
    [InlineData("""{"mm_projector_type": "mlp2x_gelu"}""", "mlp2x_gelu")]
    [InlineData("""{"mm_projector_type": "mlp2x_gelu", "mm_vision_tower": "openai/clip"}""", "openai/clip")]
    [InlineData("""{"mm_vision_tower": "openai/clip", "text_config": null, "vision_config": null}""", "openai/clip")]
    public void It_is_refused_with_what_it_names_and_what_to_do(string json, string named) => Assert.Equal(
        $"EOS1009: 'config.json' is in the layout of LLaVA's authors (mm_vision_tower or mm_projector_type '{named}', no text_config and " +
        "vision_config), expected Hugging Face's layout. Use the converted checkpoint, such as llava-hf/llava-1.5-7b-hf, or convert it " +
        "with convert_llava_weights_to_hf.py of the Python package transformers.",
        folder.Refusal(json, AuthorsLayout.Refuse));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"mm_vision_tower": "openai/clip", "text_config": {}}""")]
    [InlineData("""{"mm_projector_type": "mlp2x_gelu", "vision_config": {}}""")]
    public void Hugging_Face_s_layout_is_read_whatever_else_it_has(string json) => AuthorsLayout.Refuse(folder.Read(json));
}
