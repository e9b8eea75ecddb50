using System.Text.Json;
using EosMLNet.Tests.Images;
using EosMLNet.Tests.Prompts;
using EosMLNet.Tests.Templates;

namespace EosMLNet.Tests.Families;

/// <summary>What the folder of a LLaVA-NeXT model says about images and prompts.</summary>
public sealed class LlavaNextTests : IDisposable
{
    private const string Family = "llava_next";
    private const string Sentence = "A chat between a curious user and an artificial intelligence assistant. " +
        "The assistant gives helpful, detailed, and polite answers to the user's questions. ";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("wide")]
    [InlineData("big")]
    [InlineData("oddpad")]
    [InlineData("gray")]
    public void Every_step_of_an_images_processing_gives_transformers_numbers(string name) => TileGolden.CheckSteps(Family, LlavaNextConfig.Tiles, name);

    [Fact]
    public void The_images_of_the_models_cases_become_their_tiles() => TileGolden.CheckCases(Family, LlavaNextConfig.Tiles, ["sq", "wide", "tall"]);

    [Fact]
    public void A_processor_that_is_saved_loads_as_it_was() => TileGolden.CheckSaved(Family, LlavaNextConfig.Tiles);

    [Fact]
    public void Omitted_values_have_the_defaults_of_the_class()
    {
        var processor = Load("""{"image_processor_type":"LlavaNextImageProcessor","size":336,"crop_size":{"height":336,"width":336}}""");
        Assert.Equal([new(336, 672), new(672, 336), new(672, 672), new(1008, 336), new(336, 1008)], processor.Pinpoints);
    }

    [Fact]
    public void A_crop_of_another_size_than_a_tiles_is_refused() => Expect.Error(EosErrors.UnsupportedModel, () =>
        Load("""{"image_processor_type":"LlavaNextImageProcessor","size":336,"crop_size":{"height":224,"width":336}}"""), "crop_size");

    [Theory]
    [InlineData(2, Sentence + "USER: <image>\n<image>\nWhat is it? ASSISTANT:", ChatTemplates.Llava)]
    [InlineData(1, "[INST] <image>\nWhat is it? [/INST]", ChatTemplates.Mistral)]
    [InlineData(2, "[INST] <image>\n<image>\nWhat is it? [/INST]", ChatTemplates.Mistral)]
    public void A_prompt_has_one_image_token_an_image(int images, string text, string chatTemplate)
    {
        _folder.Write("chat_template.jinja", chatTemplate);
        PromptFiles.CheckPrompt(_folder, Family, images, text);
    }

    // Vicuna's template is LLaVA-1.5's.
    [Theory]
    [InlineData(Family, ChatTemplates.Llava, "Vicuna")]
    [InlineData(Family, ChatTemplates.Mistral, "Mistral")]
    [InlineData("llava", ChatTemplates.Mistral, "Mistral")]
    [InlineData("llava", ChatTemplates.Llava, "LLaVA-1.5")]
    public void The_models_type_decides_where_the_template_does_not(string modelType, string template, string expected)
    {
        Assert.Equal(expected, Chosen(modelType, template));
        Assert.Empty(_notes);
    }

    [Theory]
    [InlineData(null, "no chat_template")]
    [InlineData("{% for message in messages %}{{ '[INST]' + message['content'] + '[/INST]' }}{% endfor %}", "not followed")]
    public void A_guess_is_noted(string? template, string inNote)
    {
        Assert.Equal("Vicuna", Chosen(Family, template));
        Assert.Contains(inNote, Assert.Single(_notes));
    }

    private string Chosen(string modelType, string? template)
    {
        _folder.Write("config.json", JsonSerializer.Serialize(new { model_type = modelType }));
        if (template is not null)
            _folder.Write("chat_template.jinja", template);
        return ChatTemplate.Choose(_folder.Path, _notes).Name;
    }

    private TileImageProcessor Load(string json) =>
        TileImageProcessor.FromConfig(_folder.Write("preprocessor_config.json", json), LlavaNextConfig.Tiles);
}
