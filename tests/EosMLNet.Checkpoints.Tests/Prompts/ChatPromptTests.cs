using EosMLNet.Tests.Templates;

namespace EosMLNet.Tests.Prompts;

/// <summary>Each form's own template against the constructs of the published ones.</summary>
public sealed class ChatPromptTests
{
    private const string Image = "<|vision_start|><|image_pad|><|vision_end|>";

    public static TheoryData<string, string, string> Pairs => new()
    {
        { "llava", LlavaPrompt.Form.ChatTemplate, ChatTemplates.Llava },
        { "llava_next", LlavaNextPrompts.Forms[1].ChatTemplate, ChatTemplates.Mistral },
        { "llava_onevision", LlavaOneVisionPrompt.Form.ChatTemplate, ChatTemplates.OneVision },
        { "qwen2_5_vl", Qwen2VlPrompt.Form.ChatTemplate, ChatTemplates.Qwen2Vl },
        { "qwen3_vl", Qwen3VlPrompt.Form.ChatTemplate, ChatTemplates.Qwen3Vl },
        { "a macro", Qwen3VlPrompt.Form.ChatTemplate, ChatTemplates.WithMacro },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_form_writes_what_the_published_template_writes(string what, string form, string published)
    {
        Assert.NotEmpty(what);
        var (ours, theirs) = (new ChatPrompt(form), new ChatPrompt(published));
        foreach (var system in (string?[])[null, "Be brief."])
        {
            foreach (var images in (int[])[0, 1, 3])
                Check(Conversation.Of(system, "What is it?", [.. Enumerable.Repeat(new ImagePart(), images)]));
            Check(new(system is null ? null : TemplateText.Of(system, '\u0001'), [TemplateText.Of("a", '\u0002'), TemplateText.Of("b", '\u0004')],
                [TemplateText.Of("c", '\u0003')], [new ImagePart()]));
        }

        void Check(Conversation conversation)
        {
            var (expected, written) = (theirs.Write(conversation), ours.Write(conversation));
            Assert.Equal(expected.Text, written.Text);
            Assert.Equal(expected.Origin, written.Origin);
        }
    }

    [Theory]
    [InlineData("qwen2_5_vl", 1, null, $"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{Image}Why?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("qwen2_vl", 2, "Be brief.", $"<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n{Image}{Image}Why?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("qwen3_vl", 1, null, $"<|im_start|>user\n{Image}Why?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("qwen3_vl", 0, "Be brief.", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("llava_next", 1, "Be brief.", "Be brief. USER: <image>\nWhy? ASSISTANT:")]
    public void A_models_type_has_a_form(string modelType, int images, string? system, string expected)
    {
        var form = PromptForms.Of(modelType).Form;
        var written = new ChatPrompt(form.ChatTemplate).Write(Conversation.Of(system, "Why?", [.. Enumerable.Repeat(new ImagePart(), images)]));
        Assert.Equal(expected, written.Text);
    }

    [Fact]
    public void The_marks_of_a_sequence_are_texts_of_nothing() => Assert.Equal(
        "[]", new ChatPrompt("{{ '[' + bos_token + eos_token + ']' }}").Write(Conversation.Of(null, "Why?", [])).Text);

    [Fact]
    public void A_template_that_takes_system_texts_as_they_are_is_given_them_so()
    {
        var prompt = new ChatPrompt("{% for m in messages %}{% if m.role == 'user' %}{% for p in m.content %}{{ p.text }}{% endfor %}{% else %}" +
            "{{ m.content + '|' }}{% endif %}{% endfor %}");
        Assert.Equal("s|q", prompt.Write(Conversation.Of("s", "q", [])).Text);
    }
}
