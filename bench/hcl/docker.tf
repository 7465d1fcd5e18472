# Beside image.tf alone: vobox.tf has both providers.
terraform {
  required_providers {
    docker = {
      source  = "kreuzwerker/docker"
      version = "~> 4.6"
    }
  }
}

variable "engine" {
  description = "Address of the engine."
  type        = string
}

variable "reference" {
  description = "Name and tag of the image."
  type        = string
}

provider "docker" {
  host    = var.engine
  context = ""
}
