# Nemesis's image, written by hand.
variable "build_context" {
  description = "Folder with Dockerfile and files."
  type        = string
}

variable "content" {
  description = "Hash of the folder: another one builds the image anew."
  type        = string
}

resource "docker_image" "vobox" {
  name         = var.reference
  keep_locally = true
  triggers     = { content = var.content }

  build {
    context            = var.build_context
    dockerfile         = "Dockerfile"
    network_mode       = "host"
    use_legacy_builder = true
  }

  timeouts {
    create = "20m"
  }

  lifecycle {
    create_before_destroy = true
  }
}
