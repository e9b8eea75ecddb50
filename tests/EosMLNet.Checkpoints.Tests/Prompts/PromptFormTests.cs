namespace EosMLNet.Tests.Prompts;

public sealed class PromptFormTests
{
    [Theory]
    [InlineData("llava_next", null, VicunaPrompt.SystemText + " USER: <image>\n{question} ASSISTANT:")]
    [InlineData("llava_next", "Be brief.", "Be brief. USER: <image>\n{question} ASSISTANT:")]
    [InlineData("llava", null, "USER: <image>\n{question} ASSISTANT:")]
    [InlineData("llava", "Be brief.", "Be brief. USER: <image>\n{question} ASSISTANT:")]
    [InlineData("qwen3_vl", null, "<|im_start|>user\n<image>{question}<|im_end|>\n<|im_start|>assistant\n")]
    public void A_form_is_shown_with_the_system_text_that_is_given_or_its_own(string modelType, string? system, string expected) =>
        Assert.Equal(expected, PromptForms.Of(modelType).Form.Shown(system));
}
