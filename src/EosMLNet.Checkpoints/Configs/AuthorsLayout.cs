namespace EosMLNet.Checkpoints;

/// <summary>The layout in which LLaVA's authors publish checkpoints, which is not Hugging Face's: named, not read.</summary>
internal static class AuthorsLayout
{
    internal const string Remedy =
        "Use the converted checkpoint, such as llava-hf/llava-1.5-7b-hf, or convert it with convert_llava_weights_to_hf.py of the Python " +
        "package transformers";

    /// <summary>Refuses a configuration in the authors' layout: the decoder's fields at the top, the vision tower by name only.</summary>
    /// <exception cref="EosException">EOS1009: it is one.</exception>
    internal static void Refuse(JsonSection json)
    {
        if (json.Find("text_config") is not null || json.Find("vision_config") is not null)
            return;
        if ((json.Text("mm_vision_tower") ?? json.Text("mm_projector_type")) is not { } named)
            return;
        throw new EosException(EosErrors.UnsupportedModel,
            $"'{json.File}' is in the layout of LLaVA's authors (mm_vision_tower or mm_projector_type '{named}', no text_config and " +
            $"vision_config), expected Hugging Face's layout. {Remedy}.")
        { File = json.File };
    }
}
