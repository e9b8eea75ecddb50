namespace EosMLNet.Build.Tasks;

/// <summary>A fault in an item or a property that is found before any worker starts.</summary>
internal sealed class BuildInputException(string code, string message) : Exception(message)
{
    internal string Code => code;
}
