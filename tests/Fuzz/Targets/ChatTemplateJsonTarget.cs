namespace Fuzz.Targets;

/// <summary>A chat template, or several by name, in a JSON file.</summary>
internal sealed class ChatTemplateJsonTarget : FuzzTarget
{
    internal override string Reader => "chat_template.json";

    internal override string FileName => "chat_template.json";

    internal override long Declared(ReadOnlySpan<byte> input) => ChatTemplateTarget.Garbage;

    internal override void Read(string folder) => ChatTemplate.Choose(folder, []);
}
