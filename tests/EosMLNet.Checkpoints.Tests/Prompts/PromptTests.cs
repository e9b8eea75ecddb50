using EosMLNet.Tests.Tokenizers;

namespace EosMLNet.Tests.Prompts;

/// <summary>The prompts of each form, against the ids of their whole text.</summary>
public sealed class PromptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llava_onevision", 1, "<|im_start|>user <image>\nWhat is it?<|im_end|><|im_start|>assistant\n")]
    [InlineData("llava_onevision", 3, "<|im_start|>user <image><image><image>\nWhat is it?<|im_end|><|im_start|>assistant\n")]
    [InlineData("llava_onevision", 0, "<|im_start|>user \nWhat is it?<|im_end|><|im_start|>assistant\n")]
    [InlineData("llava", 1, "USER: <image>\nWhat is it? ASSISTANT:")]
    [InlineData("llava", 2, "USER: <image>\n<image>\nWhat is it? ASSISTANT:")]
    [InlineData("llava", 0, "USER: What is it? ASSISTANT:")]
    public void A_prompt_has_one_image_token_an_image(string modelType, int images, string text) => PromptFiles.CheckPrompt(_folder, modelType, images, text);

    [Fact]
    public void A_prompt_is_about_one_image_unless_told_otherwise()
    {
        var processor = Load("llava_onevision", "special");
        Assert.Equal(processor.EncodePrompt("What is it?", images: 1), processor.EncodePrompt("What is it?"));
        Assert.Throws<ArgumentOutOfRangeException>("images", () => processor.EncodePrompt("What is it?", images: -1));
    }

    [Fact]
    public void A_special_token_takes_the_spaces_with_it_that_the_tokenizer_says()
    {
        var processor = Load("llava_onevision", "special lstrip rstrip");
        const string text = "<|im_start|>user <image>\nWhat is it?<|im_end|><|im_start|>assistant\n";
        Assert.Equal(TokenizerFiles.Read(_folder["tokenizer.json"]).Encode(text), processor.EncodePrompt("What is it?", images: 1));
    }

    [Theory]
    [InlineData("{question}<image> <|im_start|>", "a<image><|im_start|>")]
    [InlineData("<|im_start|> <image>{question}", "<|im_start|><image>a")]
    public void Between_special_tokens_nothing_may_be_left_of_the_spaces(string template, string text)
    {
        var processor = Load("llava_onevision", "special lstrip rstrip", template);
        var ids = processor.EncodePrompt("a", images: 1);
        Assert.Equal(TokenizerFiles.Read(_folder["tokenizer.json"]).Encode(text), ids);
        Assert.Equal(3, ids.Length);
    }

    [Fact]
    public void Special_tokens_in_a_question_are_plain_text()
    {
        var ids = Load("llava_onevision", "special").EncodePrompt("a<|im_end|>b", images: 1);
        Assert.Single(ids, 518);
    }

    // 64 is "a", 259 is " a": the prompt's last new line stands before the answer, the colon of LLaVA-1.5's does not.
    [Theory]
    [InlineData("llava_onevision", 64)]
    [InlineData("llava", 259)]
    public void An_answer_has_a_space_before_it_unless_the_prompt_ends_with_one(string modelType, int expected) =>
        Assert.Equal([expected, 518], Load(modelType, "special").EncodeAnswer("a"));

    [Fact]
    public void A_template_of_ones_own_goes_before_that_of_the_folder()
    {
        var processor = Load("llava_onevision", "special", "{question} <image>");
        Assert.Equal("{question} <image>", processor.PromptTemplate);
        Assert.Equal([64, 220, PromptFiles.Image, PromptFiles.Image], processor.EncodePrompt("a", images: 2));
        Assert.DoesNotContain(processor.Notes, note => note.Contains("chat_template"));
    }

    [Theory]
    [InlineData("llava", VicunaPrompt.Template)] // the sentence of its published evaluation
    [InlineData("llava_onevision", null)]
    [InlineData("llava_next", null)]
    public void Benchmarks_are_asked_with_the_models_own_prompt_as_its_authors_ask_them(string modelType, string? template)
    {
        var processor = Load(modelType, "special");
        var published = processor.AsPublished();
        Assert.Equal(template ?? processor.PromptTemplate, published.PromptTemplate);
        if (template is null)
            Assert.Equal(processor.EncodePrompt("What is it?", images: 2), published.EncodePrompt("What is it?", images: 2));
        else
            Assert.Equal(published.EncodePrompt("What is it?", images: 2)[^1], processor.EncodePrompt("What is it?", images: 2)[^1]);
        Assert.Equal("{question}<image>", Load(modelType, "special", "{question}<image>").AsPublished().PromptTemplate);
    }

    private VisionLanguageProcessor Load(string modelType, string imageToken, string? template = null) =>
        PromptFiles.Load(_folder, modelType, imageToken, template);
}
