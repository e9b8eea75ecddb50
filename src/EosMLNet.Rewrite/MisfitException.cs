namespace EosMLNet.Rewrite;

/// <summary>An assembly is not the one that the rewrite was made for, or not beside the TorchSharp that it was made for.</summary>
internal sealed class MisfitException(string message) : Exception(message);
